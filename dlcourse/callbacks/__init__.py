"""Callbacks, with Keras's names: what happens besides the updates while a model is trained."""

from dlcourse.callbacks.base import Callback, CallbackList, History
from dlcourse.callbacks.csv_logger import CSVLogger
from dlcourse.callbacks.early_stopping import EarlyStopping
from dlcourse.callbacks.learning_rate import LearningRateScheduler, ReduceLROnPlateau
from dlcourse.callbacks.model_checkpoint import ModelCheckpoint
from dlcourse.callbacks.progress import EpochLogger, ProgbarLogger
from dlcourse.callbacks.terminate_on_nan import TerminateOnNaN

__all__ = [
    "CSVLogger",
    "Callback",
    "CallbackList",
    "EarlyStopping",
    "EpochLogger",
    "History",
    "LearningRateScheduler",
    "ModelCheckpoint",
    "ProgbarLogger",
    "ReduceLROnPlateau",
    "TerminateOnNaN",
]
