/** Advice that several codes share. */
export const PERMISSION = 'Ask IB for the trading permission in Account Management.';
export const DATA = 'Subscribe to this market data in Account Management, or choose delayed data in the settings.';
export const TICK_SIZE = 'Use a price on the tick size of the contract.';
export const SIZE = 'Change the quantity.';
export const TYPE = 'Choose another order type or another time in force.';
export const LATER = 'Try again later, or look in TWS for what is wrong.';
export const ASKED = 'The broker is asked what became of the order.';
export const STAYS = 'The order stays as it was; look at its terms before changing it again.';
export const PRECAUTION = 'Confirm or discard it in TWS, or switch off order precautions for the API.';
export const PRESET = 'The desk does not ask for this: look at the order presets in TWS, and at the order there.';
export const REPORT = 'The desk does not send such orders: look for the order in TWS, and please report this.';
