"""The weights that a policy acts by, out of the networks that learn."""

import torch
from torch import Tensor

from msaclag_learner.acting import Layers, Weights
from msaclag_learner.actor import Actor
from msaclag_learner.mlp import Mlp
from msaclag_learner.normalisation import StateNormaliser


def weights_of(actor: Actor, normaliser: StateNormaliser, version: int) -> Weights:
    """A copy of what `actor`'s only agent acts by after `version` updates; one transfer where they lie on a GPU."""
    parts = [*normaliser.state().values(), actor.parameters, actor.averaged]
    copy = torch.cat(parts, dim=1).to("cpu", torch.float32)
    mean, spread, bound, parameters, averaged = copy.split([part.shape[1] for part in parts], dim=1)
    shape = actor.networks.shape
    return Weights(
        mean[0].numpy(),
        spread[0].numpy(),
        bound[0].numpy(),
        _layers(shape, parameters),
        _layers(shape, averaged),
        version,
    )


def _layers(shape: Mlp, parameters: Tensor) -> Layers:
    """Weights and biases of `parameters` [1, size]."""
    return [(weight[0].numpy(), bias[0, 0].numpy()) for weight, bias in shape.layers(parameters)]
