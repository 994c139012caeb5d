"""What both transformers share: base checkpoint, word vectors, averaged weights, the ONNX graph."""
