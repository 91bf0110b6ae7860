"""One-time notices (一次性告知): what is wrong with the materials handed in, told once and whole."""
