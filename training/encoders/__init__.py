"""What both transformers share: base checkpoint, word vectors, averaged weights, smaller shapes, the ONNX graph."""
