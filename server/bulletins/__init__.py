"""Weekly bulletins: figures, sentences, release, amendments, acknowledgement, paper."""
