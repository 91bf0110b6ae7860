"""Actions of the hall: one transaction each; events are published after the commit."""
