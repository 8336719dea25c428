"""Which rows are for training, for stopping and for the judgement."""
