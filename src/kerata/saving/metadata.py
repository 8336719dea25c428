"""What files say about who wrote them."""

# The version of Keras whose layout is written.
KERAS_VERSION = "3.15.1"
