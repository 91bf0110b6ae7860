"""What outside machines post to: time clocks. Not part of the API; terminals cannot sign in."""
