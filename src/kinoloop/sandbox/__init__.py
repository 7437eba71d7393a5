"""The outside world emulated on loopback, vendor by vendor; it knows nothing of the product."""
