"""What all stages know: tasks, cell values, metrics, intervals, results."""
