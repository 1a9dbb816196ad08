// Stands in for react-style-singleton, by which dialogs keep the page behind them from scrolling: this page does
// not scroll, and the policy that it is served with allows no <style> elements.
export const styleSingleton = () => () => null;
