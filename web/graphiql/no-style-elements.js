// Replaces react-style-singleton, which stops the page behind a dialog from scrolling: this page does not scroll,
// and its content security policy allows no <style> elements.
export const styleSingleton = () => () => null;
