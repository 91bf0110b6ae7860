"""One-time notices (一次性告知): all that is wrong with materials handed in, told at once."""
