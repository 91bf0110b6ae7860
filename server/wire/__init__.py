"""What goes over HTTP and Socket.IO, as pydantic models; the pages' types come from them."""
