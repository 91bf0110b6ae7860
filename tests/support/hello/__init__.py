"""Hello: the smallest whole capability, the example of docs/adding-a-capability.md.

A clerk greets the hall, at most a set number of times; then an alarm asks the office to rest. A
test copies this folder to `server/hello`, adds one line to the list of rooms, and uses it all.
"""
