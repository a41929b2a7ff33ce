"""Pure row builders: model values to cells and tones. May not import textual or rich, nor anything of the engine."""
