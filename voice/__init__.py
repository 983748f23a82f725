"""What Ringside hears, says and remembers of a call: turn-taking, recognition, synthesis, the journal."""
