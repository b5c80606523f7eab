// The child of the `fork` contenders: sends back what it gets.
process.on('message', ([id, value]) => process.send([id, value]));
