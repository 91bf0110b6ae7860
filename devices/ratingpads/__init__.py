"""Rating pads (评价器) on the counter: their frames, value maps, driver and simulator."""
