"""Every day: what became of predictions, the trial of a challenger, a new model, new predictions."""
