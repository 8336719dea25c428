"""What accompanies training: stopping early, logging, saving, changing the learning rate."""

from kerata.callbacks.backup_and_restore import BackupAndRestore
from kerata.callbacks.board import Board
from kerata.callbacks.callback import Callback
from kerata.callbacks.callback_list import CallbackList
from kerata.callbacks.csv_logger import CSVLogger
from kerata.callbacks.early_stopping import EarlyStopping
from kerata.callbacks.history import History
from kerata.callbacks.lambda_callback import LambdaCallback
from kerata.callbacks.learning_rate_scheduler import LearningRateScheduler
from kerata.callbacks.model_checkpoint import ModelCheckpoint
from kerata.callbacks.orbax_checkpoint import OrbaxCheckpoint
from kerata.callbacks.progbar_logger import ProgbarLogger
from kerata.callbacks.reduce_lr_on_plateau import ReduceLROnPlateau
from kerata.callbacks.remote_monitor import RemoteMonitor
from kerata.callbacks.swap_ema_weights import SwapEMAWeights
from kerata.callbacks.tensorboard import TensorBoard
from kerata.callbacks.terminate_on_nan import TerminateOnNaN
from kerata.callbacks.trackers import MLflowLogger, TrackioLogger, WandbLogger

__all__ = [
    "BackupAndRestore",
    "Board",
    "CSVLogger",
    "Callback",
    "CallbackList",
    "EarlyStopping",
    "History",
    "LambdaCallback",
    "LearningRateScheduler",
    "MLflowLogger",
    "ModelCheckpoint",
    "OrbaxCheckpoint",
    "ProgbarLogger",
    "ReduceLROnPlateau",
    "RemoteMonitor",
    "SwapEMAWeights",
    "TensorBoard",
    "TerminateOnNaN",
    "TrackioLogger",
    "WandbLogger",
]
