"""Receipt printers: slip document, ESC/POS codec, driver and simulator.

The package exports nothing: the server imports `devices.printers.document` and must not load a
driver by doing so.
"""
