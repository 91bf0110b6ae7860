"""HTTP endpoints for time clocks. They are not part of the API: time clocks cannot sign in."""
