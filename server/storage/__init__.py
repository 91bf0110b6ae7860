"""What is kept: schema, store, one module of queries per aggregate. Knows no device and no page."""
