"""Networks to start from."""

from __future__ import annotations

import kerata
from kerata import layers

# An epoch of the digits has some 40 steps: with Keras's 0.99 the moving averages would still
# hold their first values when early stopping looks at the validation loss.
MOMENTUM = 0.9


def digits_network(
    filters: int = 32, dropout: float = 0.5, learning_rate: float = 0.001
) -> kerata.Sequential:
    """Build and compile a small convolutional network for 8 by 8 digits.

    Arguments:
        filters: filters of the first convolutions; the last one has twice as many.
        dropout: share of the inputs of the last layer that each training step hides.
        learning_rate: step size of Adam.

    Returns:
        A compiled model: images ``(batch, 8, 8)`` from 0 to 16 in, probabilities
        ``(batch, 10)`` out, labels are integers.
    """
    model = kerata.Sequential(
        [
            kerata.Input((8, 8)),
            layers.Rescaling(1 / 16),
            layers.Reshape((8, 8, 1)),
            layers.Conv2D(filters, 3, padding="same", activation="relu"),
            layers.BatchNormalization(momentum=MOMENTUM),
            layers.Conv2D(filters, 3, padding="same", activation="relu"),
            layers.MaxPooling2D(),
            layers.BatchNormalization(momentum=MOMENTUM),
            layers.Conv2D(2 * filters, 3, padding="same", activation="relu"),
            layers.MaxPooling2D(),
            layers.Flatten(),
            layers.Dropout(dropout),
            layers.Dense(10, activation="softmax"),
        ],
        name="digits",
    )
    model.compile(
        optimizer=kerata.optimizers.Adam(learning_rate),
        loss="sparse_categorical_crossentropy",
        metrics=["accuracy"],
    )
    return model
