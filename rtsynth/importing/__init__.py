"""Instruments of TorchScript files in the convention of nn~ and RAVE."""
