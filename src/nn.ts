// `tracejit/nn`: layers, modules, Keras-style models, losses, metrics.
export {};
