"""How near sounds at 16 kHz come to real ones: the metrics of GANSynth's table, and what a network costs."""
