"""What did they mean: a resident's text in, an Understanding out. Pure; knows nothing of the other rooms."""
