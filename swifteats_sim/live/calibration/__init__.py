"""What real servers take, measured; and whether a simulation with these numbers predicts what they do under load."""
