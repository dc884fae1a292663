"""The phone simulator of the demo: telephones drawn in a page, and stand-ins for Twilio and Telegram behind them.

It reaches Handrail only by HTTP, as they do, and is never mounted when residents are served.
"""

from app.simulator.courier import Courier
from app.simulator.network import Network
from app.simulator.page import simulator_blueprint
from app.simulator.stand_in import TwilioStandIn, stand_in_app

__all__ = ["Courier", "Network", "TwilioStandIn", "simulator_blueprint", "stand_in_app"]
