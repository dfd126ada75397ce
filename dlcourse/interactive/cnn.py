"""Figures of the chapter on convolutional networks: one trained network, seen from all sides."""

from __future__ import annotations

import functools

import numpy as np

import dlcourse
from dlcourse.interactive.explorer import Explorer, Slider
from dlcourse.plots import COLOURS, canvas, drawing

Array = np.ndarray

# --- the network -------------------------------------------------------------------------------


def build(k):
    """Return LeNet-5's little sister for 8×8 digits, from either library."""
    return k.Sequential(
        [
            k.Input((8, 8, 1)),
            k.layers.Conv2D(16, 3, padding="same", activation="relu"),
            k.layers.Conv2D(32, 3, padding="same", activation="relu"),
            k.layers.MaxPooling2D(2),
            k.layers.Flatten(),
            k.layers.Dense(64, activation="relu"),
            k.layers.Dropout(0.5, seed=0),
            k.layers.Dense(10, activation="softmax"),
        ]
    )


def start(model, seed: int = 0):
    """Give a model He's initial weights, so that runs can be repeated."""
    for place, layer in enumerate(model.layers):
        if hasattr(layer, "kernel"):
            shape = layer.kernel.shape
            layer.kernel[...] = dlcourse.initializers.HeNormal(seed=seed + place)(shape)
    return model


@functools.cache
def digits() -> tuple[tuple[Array, Array], tuple[Array, Array]]:
    """Return all 1,797 digits as images (8, 8, 1) from 0 to 1, four fifths of them to train on."""
    (x, y), (x_last, y_last) = dlcourse.datasets.digits.load_data()
    images = (np.concatenate([x, x_last])[..., None] / 16).astype("float32")
    labels = np.concatenate([y, y_last])
    x, x_test, y, y_test = dlcourse.datasets.train_test_split(images, labels, test_size=0.2, seed=0)
    return (x, y), (x_test, y_test)


@functools.cache
def trained():
    """Return the network after fifteen epochs."""
    (x, y), _ = digits()
    model = start(build(dlcourse))
    model.compile(
        dlcourse.optimizers.Adam(0.002), "sparse_categorical_crossentropy", metrics=["accuracy"]
    )
    model.fit(x, y, batch_size=32, epochs=15, seed=0, verbose=0)
    return model


def example(digit: int) -> Array:
    """Return the first test image of a digit, as a batch of one."""
    _, (x_test, y_test) = digits()
    return x_test[np.flatnonzero(y_test == digit)[:1]]


def show_image(axes, image: Array, **options) -> None:
    """Draw a small image without axes: ink dark on a light page."""
    axes.imshow(image, **({"cmap": "gray_r", "vmin": 0} | options), interpolation="none")
    axes.axis("off")


# --- feature maps ------------------------------------------------------------------------------


def feature_maps(digit: int) -> tuple[Array, Array]:
    """Return what both convolutional layers put out for a digit: (8, 8, 16) and (8, 8, 32)."""
    first = trained().layers[0](example(digit))
    return first[0], trained().layers[1](first)[0]


@drawing
def draw_features(digit: int):
    """Draw a digit, the answer beside it, and below them eight maps of each layer."""
    layers = feature_maps(digit)
    answer = trained().predict(example(digit), verbose=0)[0]
    figure = canvas(width=5.4, height=4.3)[0]
    figure.clear()
    grid = figure.add_gridspec(3, 8, height_ratios=[2, 1, 1])
    show_image(figure.add_subplot(grid[0, :3]), example(digit)[0, ..., 0], vmax=1)
    bars = figure.add_subplot(grid[0, 3:])
    bars.bar(range(10), answer, color=COLOURS.prediction)
    bars.set(ylim=(0, 1.05), xticks=range(10), title="the network says")
    bars.set_yticks([0, 0.5, 1], ["0", "½", "1"])
    for row, maps in enumerate(layers, start=1):
        for column in range(8):
            axes = figure.add_subplot(grid[row, column])
            axes.imshow(maps[..., column], cmap="Blues", vmin=0, vmax=maps.max())
            axes.set(xticks=[], yticks=[])
            for spine in axes.spines.values():
                spine.set(visible=True, edgecolor=COLOURS.muted, linewidth=0.6)
            if column == 0:
                axes.set_title(f"{('first', 'second')[row - 1]} layer", fontsize=11)
                axes.title.set_clip_on(False)
    loud = [int(maps[..., :8].sum(axis=(0, 1)).argmax()) + 1 for maps in layers]
    return figure, (
        f"A {digit}, and eight of the maps that each layer makes of it. Loudest are number "
        f"{loud[0]} in the first layer and number {loud[1]} in the second. The network says "
        f"{answer.argmax()} with probability {answer.max():.3f}."
    )


def features_explorer() -> Explorer:
    """Return the figure in which digits pass through the trained network."""
    return Explorer(draw_features, digit=Slider(range(10), label="digit", start=3))


@drawing
def draw_filters():
    """Draw the sixteen kernels of the first layer."""
    kernel = trained().layers[0].kernel[:, :, 0]
    figure, panels = canvas(2, 8, width=5.4, height=1.55)
    reach = np.abs(kernel).max()
    for place, axes in enumerate(panels.ravel()):
        axes.imshow(kernel[..., place], cmap="RdBu", vmin=-reach, vmax=reach, interpolation="none")
        axes.axis("off")
    return figure, (
        "The sixteen 3 × 3 kernels of the first layer: blue adds, red takes away. Several are "
        "edges in one direction; others are harder to name."
    )


@drawing
def draw_mistakes():
    """Draw the test digits that the network got wrong."""
    _, (x_test, y_test) = digits()
    answers = trained().predict(x_test, verbose=0)
    wrong = np.flatnonzero(answers.argmax(axis=1) != y_test)[:8]
    figure, panels = canvas(2, 4, width=4.6, height=2.9)
    for axes in panels.ravel():
        axes.axis("off")
    for axes, place in zip(panels.ravel(), wrong, strict=False):
        show_image(axes, x_test[place, ..., 0], vmax=1)
        axes.set_title(f"{y_test[place]} → {answers[place].argmax()}")
    said = "; ".join(f"{y_test[i]} taken for {answers[i].argmax()}" for i in wrong)
    return figure, f"Mistakes on the test set: {said}."


# --- what does it look at? ---------------------------------------------------------------------


def occlusion(digit: int) -> Array:
    """Return what the right class loses when 3×3 pixels around each are blank."""
    image = example(digit)[0]
    blanked = []
    for row, column in np.ndindex(8, 8):
        copy = image.copy()
        copy[max(row - 1, 0) : row + 2, max(column - 1, 0) : column + 2] = 0
        blanked.append(copy)
    answers = trained().predict(np.array([image, *blanked]), verbose=0)
    return (answers[0, digit] - answers[1:, digit]).reshape(8, 8)


def input_gradient(images: Array, labels: Array) -> Array:
    """Return the gradient of the mean loss with respect to every pixel of a batch."""
    model = trained()
    loss = dlcourse.losses.SparseCategoricalCrossentropy()
    first = model.layers[0]
    before, first.needs_input_gradient = first.needs_input_gradient, True
    gradient = model.backward(loss.gradient(labels, model(images, training=False)))
    first.needs_input_gradient = before
    return gradient


@drawing
def draw_attention(digit: int):
    """Draw a digit, where blanking hurts, and where single pixels matter."""
    image, drop = example(digit), occlusion(digit)
    slope = np.abs(input_gradient(image, np.array([digit])))[0, ..., 0]
    figure, panels = canvas(1, 3, width=5.4, height=2.2)
    show_image(panels[0], image[0, ..., 0], vmax=1)
    show_image(panels[1], np.maximum(drop, 0), cmap="Oranges", vmax=max(drop.max(), 1e-6))
    show_image(panels[2], slope, cmap="Purples", vmax=slope.max())
    for axes, name in zip(panels, ("digit", "occlusion", "saliency"), strict=True):
        axes.set_title(name)
    row, column = np.unravel_index(drop.argmax(), drop.shape)
    return figure, (
        f"A {digit}: blanking 3 × 3 pixels around row {row + 1}, column {column + 1} costs it "
        f"most, {drop.max():.2f} of probability. On the right, how strongly the loss depends on "
        "each pixel."
    )


def attention_explorer() -> Explorer:
    """Return the figure of occlusion and saliency maps."""
    return Explorer(draw_attention, digit=Slider(range(10), label="digit", start=8))


# --- adversarial examples ----------------------------------------------------------------------

EPSILONS = [0.0, 0.02, 0.05, 0.1, 0.15, 0.2, 0.3, 0.4]


def attacked(images: Array, labels: Array, epsilon: float) -> Array:
    """Return images moved by epsilon in the direction that raises the loss."""
    direction = np.sign(input_gradient(images, labels))
    return np.clip(images + epsilon * direction, 0, 1)  # a pixel stays a pixel


@drawing
def draw_attack(epsilon: float):
    """Draw an attacked digit beside the clean one, and beside noise of the same size."""
    label, image = np.array([8]), example(8)
    noise = np.random.default_rng(0).choice([-1, 1], image.shape)
    pictures = {
        "clean": image,
        "attacked": attacked(image, label, epsilon),
        "noise": np.clip(image + epsilon * noise, 0, 1).astype("float32"),
    }
    figure, panels = canvas(1, 3, width=5.4, height=2.5)
    said = {}
    for axes, (name, picture) in zip(panels, pictures.items(), strict=True):
        answer = trained().predict(picture, verbose=0)[0]
        said[name] = f"{answer.argmax()} ({answer.max():.0%})"
        show_image(axes, picture[0, ..., 0], vmax=1)
        axes.set_title(f"{name}:\n{said[name]}", fontsize=11)
    return figure, (
        f"Each pixel changed by at most {epsilon:g}, and how sure the network is: it calls the "
        f"attacked 8 a {said['attacked']}, and the one with random signs a {said['noise']}."
    )


def attack_explorer() -> Explorer:
    """Return the figure in which a small change of every pixel fools the network."""
    return Explorer(draw_attack, epsilon=Slider(EPSILONS, label="change of a pixel", start=0.1))
