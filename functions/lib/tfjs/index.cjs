// face-api asks for the package @tensorflow/tfjs: every backend, layers, data loading, 3 MB of code. What it uses of them
// is the core, and these methods of Tensor, which the core leaves to the whole package to add.
const core = require('@tensorflow/tfjs-core')

const methods = core.Tensor.prototype
for (const name of ['add', 'div', 'expandDims', 'mul', 'reshape', 'slice', 'squeeze', 'sub']) {
  methods[name] = function (...operands) {
    return core[name](this, ...operands)
  }
}
methods.as1D = function () {
  return core.reshape(this, [this.size])
}
for (const name of ['as2D', 'as3D', 'as4D']) {
  methods[name] = function (...shape) {
    return core.reshape(this, shape)
  }
}

module.exports = core
