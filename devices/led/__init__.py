"""LED window strips: codecs W1, W2, W7 on shared RS-485 buses, driver, simulator."""
