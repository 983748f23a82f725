"""What is graded and how: moves, rubrics, evidence, delivery, the judge and the grade."""
