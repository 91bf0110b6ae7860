"""Receipt printers: the slip document, the ESC/POS codec, its driver and its simulator.

Kept empty on purpose: the server imports `devices.printers.document` and must not load a driver
by doing so.
"""
