"""The studio: where people write their own personas and scenarios, try them out and publish them."""
