"""Storage of a hall: schema, store, and one module of queries per aggregate.

Imports no device code and no page.
"""
