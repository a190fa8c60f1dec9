"""One module a step; the number orders them."""
