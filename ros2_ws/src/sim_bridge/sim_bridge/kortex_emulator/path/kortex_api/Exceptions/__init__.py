"""What the API raises."""
