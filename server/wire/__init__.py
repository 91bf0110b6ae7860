"""Messages over HTTP and Socket.IO as pydantic models; the pages' types are generated from them."""
