"""Call backs (回访): a list of people whom the office calls each week, drawn by nobody."""
