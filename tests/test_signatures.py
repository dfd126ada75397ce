"""Every public name, argument and default is Keras's, or stands here with the reason why not."""

import inspect
import types

import keras
import pytest

import dlcourse

# The modules that Keras has too, and where it has them.
MODULES = {
    "activations": keras.activations,
    "callbacks": keras.callbacks,
    "config": keras.config,
    "initializers": keras.initializers,
    "layers": keras.layers,
    "losses": keras.losses,
    "metrics": keras.metrics,
    "models": keras.models,
    "optimizers": keras.optimizers,
    "regularizers": keras.regularizers,
    "schedules": keras.optimizers.schedules,
    "utils": keras.utils,
}

# Names that Keras has not: "module.name", or "module.*end" for all names with this end.
NOT_IN_KERAS = {
    "activations.*_derivative": "the backward pass is the subject of the course",
    "activations.*_vjp": "softmax has no derivative number by number",
    "activations.vjp": "the one way back through an activation",
    "activations.step": "the perceptron's activation, which gradients cannot train",
    "activations.logsumexp": "Keras has it among its ops",
    "callbacks.EpochLogger": "one line an epoch, where no bar can be redrawn",
    "initializers.RandomInitializer": "what the random initializers share; Keras's is not public",
    "initializers.compute_fans": "shown in the chapter on initialisation; Keras's is not public",
    "layers.SymbolicTensor": "Keras calls it KerasTensor",
    "losses.on_logits": "what training uses for a softmax followed by a cross-entropy",
    "metrics.auc": "scikit-learn's: all samples at once",
    "metrics.average_precision_score": "scikit-learn's: all samples at once",
    "metrics.calibration_curve": "scikit-learn's: all samples at once",
    "metrics.confusion_matrix": "scikit-learn's: all samples at once",
    "metrics.f1_score": "scikit-learn's: all samples at once",
    "metrics.precision_recall_curve": "scikit-learn's: all samples at once",
    "metrics.precision_score": "scikit-learn's: all samples at once",
    "metrics.recall_score": "scikit-learn's: all samples at once",
    "metrics.roc_auc_score": "scikit-learn's: all samples at once",
    "metrics.roc_curve": "scikit-learn's: all samples at once",
    "schedules.get": "reads a schedule from a saved model; Keras's deserialize does more",
    "Layer.backward": "takes the place of GradientTape",
    "Layer.check_axis": "makes the sentence of an error",
    "Layer.check_input_shape": "makes the sentence of an error",
    "Layer.set_gradient": "takes the place of GradientTape",
    "Layer.weight_names": "names the gradients; Keras's variables carry their names themselves",
    "Loss.gradient": "takes the place of GradientTape",
    "Loss.call_gradient": "takes the place of GradientTape",
    "Loss.align": "brings labels and predictions into one shape",
    "Model.gradients": "takes the place of GradientTape",
    "Model.check_shape": "makes the sentence of an error",
    "Optimizer.slots": "says what build makes; in Keras build does both",
    "Optimizer.begin_step": "what is done once a step, not once a variable",
    "Initializer.values": "what a subclass writes, without the checks and the float type",
    "Regularizer.gradient": "takes the place of GradientTape",
}

# Arguments of Keras that dlcourse has not, wherever Keras has them.
LEFT_OUT = {
    "data_format": "images are (batch, height, width, channels) throughout",
    "activity_regularizer": "a penalty on outputs is not in the syllabus",
    "kernel_constraint": "constraints are not in the syllabus",
    "bias_constraint": "constraints are not in the syllabus",
    "depthwise_constraint": "constraints are not in the syllabus",
    "beta_constraint": "constraints are not in the syllabus",
    "gamma_constraint": "constraints are not in the syllabus",
    "lora_rank": "fine-tuning of large models is not in the syllabus",
    "lora_alpha": "fine-tuning of large models is not in the syllabus",
    "quantization_config": "whole-number arithmetic is not in the syllabus",
    "renorm": "batch renormalisation is not in the syllabus",
    "renorm_clipping": "batch renormalisation is not in the syllabus",
    "renorm_momentum": "batch renormalisation is not in the syllabus",
    "synchronized": "there is one device",
    "sparse": "arrays are dense",
    "ragged": "arrays have one shape",
    "batch_shape": "a second way to say shape and batch_size",
    "tensor": "a second way to say shape",
    "optional": "all inputs are given",
    "axis": "losses work along the last axis",
    "ignore_class": "segmentation is not in the syllabus",
    "use_ema": "averages of weights are not in the syllabus",
    "ema_momentum": "averages of weights are not in the syllabus",
    "ema_overwrite_frequency": "averages of weights are not in the syllabus",
    "loss_scale_factor": "half precision is not in the syllabus",
    "gradient_accumulation_steps": "batches fit into memory",
    "multi_label": "give each label an AUC of its own",
    "num_labels": "give each label an AUC of its own",
    "label_weights": "give each label an AUC of its own",
    "from_sorted_ids": "predictions are scores, one for each class",
    "run_eagerly": "nothing is compiled",
    "jit_compile": "nothing is compiled",
    "steps_per_execution": "nothing is compiled",
    "auto_scale_loss": "half precision is not in the syllabus",
    "steps_per_epoch": "an epoch is one pass over all samples",
    "validation_steps": "an evaluation is one pass over all samples",
    "validation_freq": "validation follows each epoch",
    "validation_batch_size": "the size of a batch changes no result of validation",
    "steps": "an evaluation is one pass over all samples",
    "zipped": "a model is one .npz file",
    "safe_mode": "loading never runs code",
    "line_length": "the table is as wide as its text",
    "positions": "the table is as wide as its text",
    "print_fn": "the table is printed",
    "expand_nested": "a model inside a model is one line",
    "show_trainable": "layer.trainable says so",
    "layer_range": "all layers are shown",
    "skip_mismatch": "weights that do not fit are an error",
    "rebuild": "a Sequential is always rebuilt",
    "add_history": "fit adds its own History",
    "add_progbar": "fit adds its own logger",
    "var_names": "arrays have no names",
    "custom_objects": "a schedule of your own is given as an object",
    "max_shard_size": "a model is one .npz file",
    "constraint": "constraints are not in the syllabus",
    "aggregation": "there is one device",
    "overwrite_with_gradient": "eight-bit arithmetic is not in the syllabus",
}
LEFT_OUT_HERE = {
    ("activations.relu", "negative_slope"): "leaky_relu has it",
    ("activations.relu", "max_value"): "the layer ReLU has it",
    ("activations.relu", "threshold"): "the layer ReLU has it",
    ("Layer.add_weight", "autocast"): "a layer has one float type",
    ("Layer.add_weight", "dtype"): "a layer has one float type",
}

# Arguments that Keras has not.
ADDED = {
    ("activations.softmax", "temperature"): "the slider of the chapter on activations",
    ("activations.log_softmax", "temperature"): "as softmax",
    ("metrics.get", "y_true_shape"): "tells which accuracy is meant",
    ("metrics.get", "y_pred_shape"): "tells which accuracy is meant",
    ("Optimizer.update_step", "state"): "a rule of its arguments alone can be read aloud",
    ("Model.fit", "seed"): "there is no global random state",
}
OTHER_DEFAULTS = {
    ("metrics.AUC", "name"): "Keras makes its name at random: auc, auc_1, …",
    ("callbacks.CallbackList", "callbacks"): "fit always gives them",
    ("callbacks.CallbackList", "model"): "fit always gives it",
    ("Layer.add_weight", "shape"): "a shape is needed",
    ("Layer.add_weight", "name"): "the name becomes an attribute",
    ("Optimizer.exclude_from_weight_decay", "var_list"): "arrays have no names to go by",
    ("Optimizer.apply", "trainable_variables"): "the arrays are always given",
}
# The same arguments in another order, or under another name, that only ever go by position.
OTHER_ORDER = {
    "Layer.add_weight": "the name comes first, since it becomes an attribute",
}

BASE_ARGUMENTS = {
    "name",
    "dtype",
    "trainable",
}  # of every layer, through **kwargs in both libraries
METHODS = {
    "Layer": (dlcourse.layers.Layer, keras.layers.Layer),
    "Loss": (dlcourse.losses.Loss, keras.losses.Loss),
    "Metric": (dlcourse.metrics.Metric, keras.metrics.Metric),
    "Optimizer": (dlcourse.optimizers.Optimizer, keras.optimizers.Optimizer),
    "LearningRateSchedule": (
        dlcourse.schedules.LearningRateSchedule,
        keras.optimizers.schedules.LearningRateSchedule,
    ),
    "Initializer": (dlcourse.initializers.Initializer, keras.initializers.Initializer),
    "Regularizer": (dlcourse.regularizers.Regularizer, keras.regularizers.Regularizer),
    "Callback": (dlcourse.callbacks.Callback, keras.callbacks.Callback),
    "Model": (dlcourse.Model, keras.Model),
    "Sequential": (dlcourse.Sequential, keras.Sequential),
}
used = set()  # the exceptions that were needed


def public_names(module):
    """Return the functions and classes that a module exports."""
    if hasattr(module, "__all__"):
        names = module.__all__
    else:
        names = [
            name
            for name, value in vars(module).items()
            if not name.startswith("_") and getattr(value, "__module__", "") == module.__name__
        ]
    return [n for n in names if not isinstance(getattr(module, n), types.ModuleType)]


def pairs():
    """Yield (full name, ours, Keras's or None) for all public functions, classes and methods."""
    for module, theirs in MODULES.items():
        ours = getattr(dlcourse, module)
        for name in public_names(ours):
            if callable(getattr(ours, name)):
                yield f"{module}.{name}", getattr(ours, name), getattr(theirs, name, None)
    for kind, (ours, theirs) in METHODS.items():
        for name, method in inspect.getmembers(ours, callable):
            if name.startswith("_") or inspect.isclass(method):
                continue
            if kind == "Sequential" and name in dir(dlcourse.Model):
                continue
            if kind == "Model" and name in dir(dlcourse.layers.Layer) and name != "from_config":
                continue
            yield f"{kind}.{name}", method, getattr(theirs, name, None)


PAIRS = {name: (ours, theirs) for name, ours, theirs in pairs()}


def allowed(table, key):
    """Return whether an exception stands in the table, and note that it was needed."""
    if key in table:
        used.add((id(table), key))
        return True
    return False


def is_named_not_in_keras(name):
    if allowed(NOT_IN_KERAS, name):
        return True
    module, _, own = name.partition(".")
    return any(
        allowed(NOT_IN_KERAS, key)
        for key in NOT_IN_KERAS
        if key.startswith(f"{module}.*") and own.endswith(key.partition("*")[2])
    )


def arguments(function):
    """Return the arguments with their defaults, and whether others may come through **kwargs."""
    parameters = inspect.signature(function).parameters.values()
    named = {
        p.name: p.default
        for p in parameters
        if p.kind not in (p.VAR_KEYWORD, p.VAR_POSITIONAL) and p.name != "self"
    }
    return named, any(p.kind in (p.VAR_KEYWORD, p.VAR_POSITIONAL) for p in parameters)


def same_default(one, two):
    return (
        one is two
        or (type(one) is type(two) and one == two)
        or (isinstance(one, int | float) and not isinstance(one, bool) and one == two)
    )


def differences(name, ours, theirs):
    """Return all that differs from Keras without a reason."""
    if theirs is None:
        return [] if is_named_not_in_keras(name) else ["Keras has no such name"]
    (mine, mine_open), (other, other_open) = arguments(ours), arguments(theirs)
    found = []
    for argument in other:
        if argument in mine or (argument in BASE_ARGUMENTS and mine_open):
            continue
        if argument == "dtype" and name.startswith(("metrics.", "Metric.")):
            continue  # metrics count in float64
        if not (allowed(LEFT_OUT, argument) or allowed(LEFT_OUT_HERE, (name, argument))):
            found.append(f"{argument} is missing")
    for argument, default in mine.items():
        if argument not in other:
            if not other_open and not allowed(ADDED, (name, argument)):
                found.append(f"{argument} is not in Keras")
        elif not same_default(default, other[argument]) and not allowed(
            OTHER_DEFAULTS, (name, argument)
        ):
            found.append(f"{argument}={default!r}, in Keras {other[argument]!r}")
    shared = [a for a in mine if a in other]
    if shared != [a for a in other if a in mine] and not allowed(OTHER_ORDER, name):
        found.append(f"the order is {shared}")
    return found


@pytest.mark.parametrize("name", PAIRS)
def test_name_arguments_and_defaults_are_keras_s(name):
    assert differences(name, *PAIRS[name]) == []


def test_every_exception_is_needed():
    for name, pair in PAIRS.items():
        differences(name, *pair)
    tables = (NOT_IN_KERAS, LEFT_OUT, LEFT_OUT_HERE, ADDED, OTHER_DEFAULTS, OTHER_ORDER)
    stale = [key for table in tables for key in table if (id(table), key) not in used]
    assert stale == []


def test_would_notice():
    """The comparison itself sees each kind of difference."""

    def ours(a, b=1, *, extra=None):
        """Have one argument too many, one too few, and one other default."""

    def theirs(a, b=2, c=3):
        """Be the original."""

    assert differences("test.ours", ours, theirs) == [
        "c is missing",
        "b=1, in Keras 2",
        "extra is not in Keras",
    ]
    assert differences("test.ours", ours, None) == ["Keras has no such name"]
    assert differences("test.order", lambda b, a: 0, lambda a, b: 0) == ["the order is ['b', 'a']"]
