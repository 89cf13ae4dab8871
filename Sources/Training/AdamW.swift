/// AdamW settings.
package struct AdamW { package var learningRate = 1e-3; package init() {} }
