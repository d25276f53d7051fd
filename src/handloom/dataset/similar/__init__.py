"""What is the same or almost the same: texts, images, embeddings."""
