package enum InterpreterModule {}
