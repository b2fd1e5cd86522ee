"""What pages steer: presets, macros, settings, the latent pad."""
