"""Two networks against each other, with an optimizer each."""

import numpy as np
import tensorflow as tf
from tensorflow import keras
from tensorflow.keras import layers

discriminator = keras.Sequential(
    [
        keras.Input(shape=(8, 8, 1)),
        layers.Conv2D(4, kernel_size=4, strides=2, padding="same"),
        layers.LeakyReLU(negative_slope=0.2),
        layers.Flatten(),
        layers.Dense(1, activation="sigmoid"),
    ],
    name="discriminator",
)
generator = keras.Sequential(
    [
        keras.Input(shape=(3,)),
        layers.Dense(4 * 4 * 4),
        layers.Reshape((4, 4, 4)),
        layers.Conv2DTranspose(4, kernel_size=4, strides=2, padding="same"),
        layers.BatchNormalization(),
        layers.LeakyReLU(negative_slope=0.2),
        layers.Conv2D(1, kernel_size=5, padding="same", activation="sigmoid"),
    ],
    name="generator",
)


class GAN(keras.Model):
    def __init__(self, discriminator, generator, latent_dim):
        super().__init__()
        self.discriminator = discriminator
        self.generator = generator
        self.latent_dim = latent_dim
        self.d_loss_metric = keras.metrics.Mean(name="d_loss")
        self.g_loss_metric = keras.metrics.Mean(name="g_loss")

    def compile(self, d_optimizer, g_optimizer, loss_fn):
        super().compile()
        self.d_optimizer = d_optimizer
        self.g_optimizer = g_optimizer
        self.loss_fn = loss_fn

    @property
    def metrics(self):
        return [self.d_loss_metric, self.g_loss_metric]

    def latent(self, count):
        numbers = tf.cast(tf.range(count * self.latent_dim), "float32")
        return tf.reshape(tf.cos(3 * numbers), (count, self.latent_dim))

    def train_step(self, real_images):
        batch_size = tf.shape(real_images)[0]
        generated_images = self.generator(self.latent(batch_size))
        combined_images = tf.concat([generated_images, real_images], axis=0)
        labels = tf.concat([tf.ones((batch_size, 1)), tf.zeros((batch_size, 1))], axis=0)
        with tf.GradientTape() as tape:
            predictions = self.discriminator(combined_images)
            d_loss = self.loss_fn(labels, predictions)
        grads = tape.gradient(d_loss, self.discriminator.trainable_weights)
        self.d_optimizer.apply_gradients(zip(grads, self.discriminator.trainable_weights))

        misleading_labels = tf.zeros((batch_size, 1))
        with tf.GradientTape() as tape:
            predictions = self.discriminator(self.generator(self.latent(batch_size), training=True))
            g_loss = self.loss_fn(misleading_labels, predictions)
        grads = tape.gradient(g_loss, self.generator.trainable_weights)
        self.g_optimizer.apply_gradients(zip(grads, self.generator.trainable_weights))
        self.d_loss_metric.update_state(d_loss)
        self.g_loss_metric.update_state(g_loss)
        return {"d_loss": self.d_loss_metric.result(), "g_loss": self.g_loss_metric.result()}


weights = np.random.default_rng(0)
for part in (discriminator, generator):
    for layer in part.layers:
        if "batch" not in layer.name:
            layer.set_weights([weights.normal(0, 0.2, w.shape) for w in layer.get_weights()])
pictures = np.random.default_rng(8).random((24, 8, 8, 1)).astype("float32")
gan = GAN(discriminator, generator, 3)
gan.compile(
    d_optimizer=keras.optimizers.Adam(learning_rate=0.002),
    g_optimizer=keras.optimizers.Adam(learning_rate=0.004),
    loss_fn=keras.losses.BinaryCrossentropy(),
)
history = gan.fit(tf.data.Dataset.from_tensor_slices(pictures).batch(8), epochs=3, verbose=0)
made = gan.generator(gan.latent(2))
figures = [
    *history.history["d_loss"],
    *history.history["g_loss"],
    float(tf.reduce_mean(made)),
    float(np.sum(generator.layers[3].moving_mean.numpy())),
    float(gan.d_optimizer.iterations.numpy()),
]
