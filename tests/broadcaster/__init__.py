"""What the client library promises, shown against real server processes."""
