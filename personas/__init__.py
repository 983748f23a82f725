"""Who the customer is and what they want: personas, scenarios, the director, the writer and its guard."""
